"""The learner's folder: made, opened, changed and brought back; the journal and the attic behind it."""
