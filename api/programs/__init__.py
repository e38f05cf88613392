"""What other programs use beside the JSON API: tools over the Model Context Protocol, on this computer or by HTTP."""
