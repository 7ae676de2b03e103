import CPostgres
import Contracts
