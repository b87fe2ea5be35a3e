"""Experiments with a question of their own, built on the study: what causes what, and what the answer rests on."""
