"""What each command does, once the configuration is a plain dict: a module a command. Nothing here knows Hydra.

A module has `run(content, root, chosen)`: the composed configuration, the project's root, and the words of the command
line. It returns the exit code.
"""
