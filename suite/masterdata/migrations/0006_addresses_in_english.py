"""Addresses have a line in English, for English papers."""

from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('masterdata', '0005_contacts_as_records'),
    ]

    operations = [
        migrations.AddField(
            model_name='address',
            name='detail_en',
            field=models.CharField(blank=True, help_text='The whole line, for English papers', max_length=300, verbose_name='address in English'),
        ),
    ]
