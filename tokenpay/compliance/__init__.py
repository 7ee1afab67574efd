"""The bank's own rules: policy, screening, approvals, clearances and cases."""
