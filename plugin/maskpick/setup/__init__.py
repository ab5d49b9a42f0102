"""What puts maskpick on a computer and takes it away again: the work behind install.py.

Standard library only, and none of maskpick's own libraries: it runs in any Python before there is an environment. The
doctor uses parts of it from within one.
"""
