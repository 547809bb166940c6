"""The page Library: uploads, the list of documents, and the open one."""
