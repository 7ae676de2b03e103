// import Kernel: a comment is no import
let text = """
    import Kernel
    """
