"""What a student's project is made of: the files that ``micrograd lab new`` writes, and the words around it."""
