"""What the shipped programmes invent, for whoever uses them to replace."""

# who asks for each of them; participants read the name and the words
SPONSORS = frozenset({"Helen Marsh", "Daniel Osei", "Ines Duarte"})
