"""Cases: files, documents, assessments, and what stands of them once persons decided."""
