"""What a service desk is: pure rules over plain values. Standard library only, no input or output."""
