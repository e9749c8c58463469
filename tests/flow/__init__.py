"""What the service layer does, on both databases."""
