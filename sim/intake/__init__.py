"""A municipality's own lists in: read, checked, fitted, and written as a kommun.

Data flow one way: files (`tables`) → columns that are recognised (`columns`, `mapping`) → typed lists without anything
that names a person (`records`) → what is wrong with them (`quality`) → estimates (`fitted`) → the files of a kommun.
"""
