"""News sources as data: one TOML file each, checked by a typed model."""
