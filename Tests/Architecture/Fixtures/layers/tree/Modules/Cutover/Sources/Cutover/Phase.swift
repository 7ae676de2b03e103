import Identity
import Kernel
import KeyValue
