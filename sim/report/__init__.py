"""The bilaga: saved tables → a document as plain data → Word, PDF and Excel."""
