"""The whole story, from the invited to the counted answer, through real processes."""
