"""Many submissions → a gradebook: read safely, run once each, remembered, told in every format a class needs."""
