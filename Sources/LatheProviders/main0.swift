// placeholder while the part is being written
