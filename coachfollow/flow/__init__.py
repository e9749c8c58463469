"""DOES. The one service layer: a module per stage, in the order of the story; only these commit."""
