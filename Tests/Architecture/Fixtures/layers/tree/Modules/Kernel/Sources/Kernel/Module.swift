public import Contracts
import Identity
public import JSONText
import KernelTesting
internal import Postgres
