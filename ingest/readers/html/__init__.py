"""Web pages, and what is made of them: e-books and mails."""
