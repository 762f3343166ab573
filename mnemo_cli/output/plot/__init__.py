"""A recording as a picture: memory against time with its limit, levels and events, and who used it.

gathered  what is drawn, reduced to what a picture can show
file      the picture in its file, svg or png; matplotlib is asked for here
drawing   the two panels
memory    the upper one: use, limit and bands of levels
users     the lower one: the largest processes, stacked
marks     events as marks with words, above both
scales    times and sizes on axes
words     what the picture says in words
palette   colours that everybody can tell apart
"""
