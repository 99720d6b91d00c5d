"""Zygotes, forks and forked kernels: real processes, none of which may outlive its test."""
