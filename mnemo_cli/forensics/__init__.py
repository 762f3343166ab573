"""Why did it die, and what does a word mean.

page        one explanation, ready for any view
codes       exit codes and signals: what each one proves, and what it does not
errnos      errors of the system and the messages they make: which limit each one means
levels      the levels, with the edges that are in force
"""
