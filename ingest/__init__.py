"""Documents in: read → segment → embed → store → publish."""
