import JSONText
import Kernel
