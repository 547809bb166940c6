"""Questions in: search → read → quote → verify → answer."""
