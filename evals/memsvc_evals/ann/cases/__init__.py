"""What searching alone does not show: filters, many and small namespaces, changes, readers beside a writer."""
