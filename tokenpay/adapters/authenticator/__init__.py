"""Authenticators: security keys on a USB port, and a program that stands for them in a demo bank."""
