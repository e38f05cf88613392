from ingestion.domain import Document
from ingestion.parsing import pdf_page
from ingestion.parsing.builder import DocumentBuilder
from ingestion.parsing.pdf_flow import arranged
from ingestion.parsing.pdf_write import written
from ingestion.parsing.pdfium import LOCK, Pdf

def read(data: bytes, name: str, sha256: str) -> Document:
    flows=[]
    with Pdf(data) as pdf:
        for i in range(len(pdf)):
            with LOCK, pdf.page(i) as pg:
                r=pdf_page.read(pdf,pg,i+1)
            flows.append(arranged(r.content))
    return written(DocumentBuilder(name,sha256,'pdf'),flows)
