"""Many submissions → a gradebook: read safely, run once each, remembered, told in many formats."""
