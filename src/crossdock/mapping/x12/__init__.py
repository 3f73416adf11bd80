"""X12 transaction sets <-> business objects, one file a set; each says its direction. Content never raises."""
