# SPDX-License-Identifier: MIT
"""Read relocatable ELF objects, 32 and 64 bit, little-endian: sections, symbols, relocations."""
import struct
from pathlib import Path
from typing import NamedTuple

SYMTAB, RELA, REL, NOBITS = 2, 4, 9, 8


class Section(NamedTuple):
    name: str
    type: int
    data: bytes
    offset: int = 0  # in the file


class Symbol(NamedTuple):
    name: str
    value: int
    size: int
    section: int  # index, or 0 for undefined
    bound: int  # 0 local, 1 global, 2 weak
    type: int  # 3: a section


class Relocation(NamedTuple):
    offset: int
    type: int
    symbol: Symbol
    addend: int  # as in the file: explicit, or what the field holds


class Object:
    def __init__(self, path: Path):
        raw = Path(path).read_bytes()
        if raw[:4] != b"\x7fELF" or raw[5] != 1:
            raise ValueError(f"{path} is not a little-endian ELF file")
        self.width = 64 if raw[4] == 2 else 32
        wide = self.width == 64
        offset, = struct.unpack_from("<Q" if wide else "<I", raw, 40 if wide else 32)
        entry, count, names = struct.unpack_from("<HHH", raw, 58 if wide else 46)
        headers = [struct.unpack_from("<IIQQQQIIQQ" if wide else "<10I", raw, offset + i * entry)
                   for i in range(count)]
        text = headers[names][4]
        self.sections = [
            Section(self._string(raw, text + h[0]), h[1],
                    b"" if h[1] == NOBITS else raw[h[4]:h[4] + h[5]], h[4]) for h in headers]
        self.symbols: list[Symbol] = []
        self.relocations: dict[int, list[Relocation]] = {}  # by the section they apply to
        for h, s in zip(headers, self.sections):
            if h[1] == SYMTAB:
                self._read_symbols(s.data, self.sections[h[6]].data)
        for h, s in zip(headers, self.sections):
            if h[1] in (REL, RELA):
                self._read_relocations(s, h[7])

    @staticmethod
    def _string(data: bytes, at: int) -> str:
        return data[at:data.index(b"\0", at)].decode()

    def _read_symbols(self, data: bytes, strings: bytes):
        wide = self.width == 64
        for fields in struct.iter_unpack("<IBBHQQ" if wide else "<IIIBBH", data):
            if wide:
                name, info, _, section, value, size = fields
            else:
                name, value, size, info, _, section = fields
            self.symbols.append(Symbol(self._string(strings, name), value, size, section,
                                       info >> 4, info & 15))

    def _read_relocations(self, s: Section, target: int):
        wide = self.width == 64
        data = self.sections[target].data
        form = ("<QQ" if wide else "<II") + (("q" if wide else "i") if s.type == RELA else "")
        found = self.relocations.setdefault(target, [])
        for offset, info, *addend in struct.iter_unpack(form, s.data):
            kind, symbol = (info & 0xffffffff, info >> 32) if wide else (info & 0xff, info >> 8)
            if not addend:
                addend = struct.unpack_from("<i", data, offset)
            found.append(Relocation(offset, kind, self.symbols[symbol], addend[0]))

    def find(self, name: str) -> Symbol:
        found = [s for s in self.symbols if s.name == name and s.section]
        if len(found) != 1:
            raise KeyError(f"{len(found)} symbols are called {name}")
        return found[0]

    def range(self, name: str) -> tuple[int, int, int]:
        """Section, start and end of a function: its size, or where the next symbol begins."""
        s = self.find(name)
        end = s.value + s.size
        if not s.size:
            end = min([t.value for t in self.symbols if t.section == s.section
                       and t.value > s.value and t.bound != 0]
                      + [len(self.sections[s.section].data)])
        return s.section, s.value, end
