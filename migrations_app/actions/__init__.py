"""Writes: one function per thing that can be done. Every door calls these, and nothing else."""
