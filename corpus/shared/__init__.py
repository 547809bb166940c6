"""A library that several machines share: tables of Lance in a folder or a bucket.

Nothing here is imported before such a library is named: Lance and Arrow are an extra, and large.
"""

import os

os.environ.setdefault("LANCE_LOG", "error")  # read when Lance is imported; else it warns people
