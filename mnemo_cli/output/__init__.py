"""The only floor that knows terminals and formats: one view per command turns a result into text.

A view decides nothing about memory; that is the work of `limits`. Nothing is printed here either:
commands write what a view returns.
"""
