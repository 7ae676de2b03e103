import Foundation
import IdentityKV
import Kernel
import KeyValue
import Postgres

@testable import struct Messaging.Message
