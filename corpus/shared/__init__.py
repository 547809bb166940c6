"""A library that several machines share: tables of Lance in a folder or a bucket."""
