"""Warehouses have an address in English, for English papers."""

from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('erp_inventory', '0005_papers_by_kind_and_day'),
    ]

    operations = [
        migrations.AddField(
            model_name='warehouse',
            name='address_en',
            field=models.CharField(blank=True, help_text='The whole line, for English papers', max_length=300, verbose_name='address in English'),
        ),
    ]
