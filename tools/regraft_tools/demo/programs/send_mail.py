"""Sends a letter over STARTTLS with smtplib:  send_mail.py HOST PORT"""
import smtplib
import sys


def main(host, port):
    server = smtplib.SMTP(host, int(port), timeout=20)
    server.starttls()
    server.sendmail("a@demo.example", ["b@demo.example"], "Subject: demo\r\n\r\nHello.\r\n")
    server.quit()
    print("sent")


main(*sys.argv[1:])
