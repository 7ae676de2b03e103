import Cutover
import Identity
import KeyValue
