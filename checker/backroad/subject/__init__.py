"""All that runs beside the learner's code. It knows no check, no exercise, no reference."""
