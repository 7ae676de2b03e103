import Identity
import KeyValue
import Messaging
