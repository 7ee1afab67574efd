"""IVMS101: who pays and who is paid, as institutions tell each other under the Travel Rule; the 2020 and 2023 forms."""
