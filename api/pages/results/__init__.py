"""An assessment as pages show it, alone, beside another, and before a reviewer."""
