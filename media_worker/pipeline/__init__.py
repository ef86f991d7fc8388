"""What is done with audio and video: on every frame of every stream at once, in numpy."""
