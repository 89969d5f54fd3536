"""What learners and authors are given: folders and TOML in, exercises and source trees out."""
