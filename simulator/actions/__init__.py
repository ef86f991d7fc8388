"""What the bot may do, one module per family; `simulator.urls` is the table of them all."""
