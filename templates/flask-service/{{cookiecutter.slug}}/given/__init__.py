"""What the exercise is not about: error bodies, strict JSON, times and query parameters.

Read it, use it, or write your own. The kit puts these files back before every run, so to change one,
copy it out of this folder first.
"""
