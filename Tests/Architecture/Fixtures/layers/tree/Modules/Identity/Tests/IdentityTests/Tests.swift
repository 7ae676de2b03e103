import KernelTesting
import Messaging

@testable import Identity
